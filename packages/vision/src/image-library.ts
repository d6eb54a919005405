import sharp from "sharp";

let isConfigured = false;

/**
 * The image library, set up once for photos: nothing on disk, no cache that keeps pixels of photos in memory, two threads per image,
 * and no loader of formats that are programs or documents, whatever a file claims to be.
 */
export function imageLibrary(): typeof sharp {
	if (!isConfigured) {
		// libvips keeps pixels that it needs at random in a temporary file when they are many. The calls made here read in
		// order or copy to memory; this holds for all others. Read once, when the first image is opened.
		process.env.VIPS_DISC_THRESHOLD = "1024g";
		sharp.cache(false);
		sharp.concurrency(2);
		sharp.block({ operation: ["VipsForeignLoadSvg", "VipsForeignLoadPdf", "VipsForeignLoadMagick"] });
		isConfigured = true;
	}
	return sharp;
}

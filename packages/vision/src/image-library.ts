import sharp from "sharp";

let isConfigured = false;

/**
 * The image library, set up once for photos: no cache that keeps pixels of photos in memory, two threads per image,
 * and no loader of formats that are programs or documents, whatever a file claims to be.
 */
export function imageLibrary(): typeof sharp {
	if (!isConfigured) {
		sharp.cache(false);
		sharp.concurrency(2);
		sharp.block({ operation: ["VipsForeignLoadSvg", "VipsForeignLoadPdf", "VipsForeignLoadMagick"] });
		isConfigured = true;
	}
	return sharp;
}

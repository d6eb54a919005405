import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";

const VIEWS = ["front", "left", "back"] as const;
/** Sharp on paper at a third of the page's width: some 200 dots per inch. */
const HEIGHT_PX = 720;

/**
 * The body from the front, the side and the back with its tapes, whether there is WebGL or not.
 *
 * @param onReady called once there is nothing more to wait for
 */
export function ReportPictures({ model, onReady }: { readonly model: ModelDocument; readonly onReady: () => void }) {
	const { t } = useTranslation("report");
	const [addresses, setAddresses] = useState<readonly string[] | null>(null);
	useEffect(() => {
		let isGone = false;
		let made: readonly string[] = [];
		void draw(model).then((drawn) => {
			made = drawn;
			if (isGone) return revoke(made);
			setAddresses(made);
			onReady();
		});
		return () => {
			isGone = true;
			revoke(made);
		};
	}, [model, onReady]);
	if (addresses?.length === 0) return null;
	return (
		<div className="grid grid-cols-3 gap-3">
			{VIEWS.map((view, i) => (
				<figure key={view} className="grid justify-items-center gap-1">
					<div className="flex aspect-[3/4] w-full items-center justify-center rounded-lg bg-sunken print:aspect-[6/5] print:bg-transparent">
						{addresses?.[i] !== undefined && (
							<img src={addresses[i]} alt={t(`picture.${view}`)} className="max-h-full max-w-full" />
						)}
					</div>
					<figcaption className="text-sm text-ink-soft">{t(`view.${view}`)}</figcaption>
				</figure>
			))}
		</div>
	);
}

/** With tapes where the body model can be had, else without; none where nothing can be drawn. */
async function draw(model: ModelDocument): Promise<readonly string[]> {
	try {
		const { renderBodyPictures } = await import("../viewer/body-pictures.js");
		const paper = { isForPrint: true } as const;
		const pictures = await renderBodyPictures(model, VIEWS, HEIGHT_PX, { ...paper, hasTapes: true }).catch(() =>
			renderBodyPictures(model, VIEWS, HEIGHT_PX, paper),
		);
		if (pictures.length > 0) return pictures;
		const { drawBodyPictures } = await import("../viewer/drawn-pictures.js");
		return await drawBodyPictures(model, VIEWS, HEIGHT_PX);
	} catch {
		return [];
	}
}

function revoke(addresses: readonly string[]): void {
	for (const address of addresses) URL.revokeObjectURL(address);
}

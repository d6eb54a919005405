import { useTranslation } from "react-i18next";
import { lengthToShown } from "../../format/units.js";
import { useFormat } from "../../format/use-format.js";
import { PICTURE_FACTS } from "./picture-facts.js";
import picture from "./pictures/body.webp";

/** Share of the figure's width that the picture takes; the labels stand beside it. */
const PICTURE_PERCENT = 62;
/** Heights of the labels, so far apart that they never touch; from the top, percent. */
const LABELS = [
	{ id: "chest_girth", key: "chest", top: 20 },
	{ id: "waist_girth", key: "waist", top: 33.5 },
	{ id: "hip_girth", key: "hips", top: 47 },
	{ id: "thigh_girth", key: "thigh", top: 60.5 },
	{ id: "calf_girth", key: "calf", top: 76 },
] as const;

/** A body as it was fitted to two sample photos, with some of its tapes, their lengths and their margins. */
export function BodyPicture() {
	const { t } = useTranslation("home");
	const format = useFormat();
	const labels = LABELS.flatMap((label) => {
		const found = PICTURE_FACTS.labels.find(({ id }) => id === label.id);
		return found === undefined ? [] : [{ ...found, ...label }];
	});
	return (
		<figure className="mx-auto w-full max-w-lg">
			<div className="relative">
				<svg
					aria-hidden="true"
					viewBox="0 0 100 100"
					preserveAspectRatio="none"
					className="absolute inset-0 size-full text-tape"
				>
					{labels.map(({ id, right, top }) => (
						<polyline
							key={id}
							points={`${right.x * PICTURE_PERCENT},${right.y * 100} ${PICTURE_PERCENT - 4},${top} ${PICTURE_PERCENT + 1},${top}`}
							fill="none"
							stroke="currentColor"
							strokeWidth="1.25"
							vectorEffect="non-scaling-stroke"
						/>
					))}
				</svg>
				<img
					src={picture}
					alt={t("picture.alt")}
					width={PICTURE_FACTS.width}
					height={PICTURE_FACTS.height}
					fetchPriority="high"
					className="relative h-auto"
					style={{ width: `${PICTURE_PERCENT}%` }}
				/>
				<dl>
					{labels.map(({ id, key, top, value_m, half_m }) => (
						<div
							key={id}
							className="absolute -translate-y-1/2 whitespace-nowrap"
							style={{ top: `${top}%`, left: `${PICTURE_PERCENT + 2}%` }}
						>
							<dt className="text-xs text-ink-soft sm:text-sm">{t(`picture.${key}`)}</dt>
							<dd className="numbers text-sm sm:text-base">
								<strong className="font-semibold">{format.number(lengthToShown(value_m, format.units))}</strong>{" "}
								<span className="text-ink-soft">{format.margin(half_m)}</span>
							</dd>
						</div>
					))}
				</dl>
			</div>
			<figcaption className="mt-3 text-sm text-ink-soft">{t("picture.caption")}</figcaption>
		</figure>
	);
}

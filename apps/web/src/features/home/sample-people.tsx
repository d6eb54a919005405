import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../format/use-format.js";
import girl from "./pictures/girl.webp";
import man from "./pictures/man.webp";
import woman from "./pictures/woman.webp";

/** The sample people; their facts stand in samples/README.md. */
const PEOPLE = [
	{ sample: "woman", picture: woman, stature_m: 1.724, age_years: 33 },
	{ sample: "man", picture: man, stature_m: 1.798, age_years: 52 },
	{ sample: "girl", picture: girl, stature_m: 1.32, age_years: 9 },
] as const;

/** A choice of three people to try everything with, without photos of one's own. */
export function SamplePeople() {
	const { t } = useTranslation("home");
	const format = useFormat();
	return (
		<section aria-labelledby="sample-people" className="scroll-mt-20">
			<h2 id="sample-people">{t("samples.title")}</h2>
			<p className="mt-1 max-w-prose text-ink-soft">{t("samples.text")}</p>
			<ul className="mt-4 grid max-w-2xl grid-cols-3 gap-2 sm:gap-4">
				{PEOPLE.map(({ sample, picture, stature_m, age_years }) => (
					<li key={sample}>
						<Link
							to="/measure"
							search={{ sample }}
							className="group block overflow-hidden rounded-card border border-line bg-surface text-ink no-underline hover:border-line-strong"
						>
							<img
								src={picture}
								alt=""
								width="300"
								height="400"
								className="aspect-4/5 w-full object-cover transition-transform duration-300 group-hover:scale-[1.03]"
							/>
							<span className="block p-2 sm:p-3">
								<span className="block font-medium">{t(`samples.${sample}`)}</span>
								<span className="numbers block text-sm text-ink-soft">{format.length(stature_m, "stature")}</span>
								<span className="numbers block text-sm text-ink-soft">{t("samples.years", { count: age_years })}</span>
							</span>
						</Link>
					</li>
				))}
			</ul>
		</section>
	);
}

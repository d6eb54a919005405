import { Link } from "@tanstack/react-router";
import { Cpu, EyeOff, Ruler, ScanLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAuth } from "../../auth/auth-store.js";
import { useFormat } from "../../format/use-format.js";
import { ButtonLink } from "../../ui/button.js";
import { BodyPicture } from "./body-picture.js";
import { PICTURE_FACTS } from "./picture-facts.js";
import { SamplePeople } from "./sample-people.js";

const TEXT_LINK = "inline-flex min-h-11 items-center font-medium text-accent";

/** What this is, in one glance, and the two ways to begin. */
export function Welcome() {
	const { t } = useTranslation("home");
	const { status, app } = useAuth();
	const format = useFormat();
	const margins_m = PICTURE_FACTS.labels
		.filter(({ id }) => /^(?:chest|waist|hip)_/.test(id))
		.map(({ half_m }) => half_m);
	const promises = [
		{ key: "photos", Icon: EyeOff },
		{ key: "margins", Icon: Ruler },
		{ key: app?.single_user === true ? "thisMachine" : "thisServer", Icon: Cpu },
	] as const;
	return (
		<div className="mx-auto grid max-w-7xl gap-14 px-4 py-8 sm:px-6 lg:py-12">
			<title>anny-fitter</title>
			<div className="grid gap-x-10 gap-y-8 lg:grid-cols-2">
				<div className="grid content-end gap-6">
					<h1 className="text-3xl whitespace-pre-line sm:text-5xl">{t("title")}</h1>
					<p className="max-w-prose text-lg text-pretty text-ink-soft">{t("lead")}</p>
					<div className="flex flex-col gap-3 sm:flex-row">
						<ButtonLink
							to="/measure"
							look="primary"
							className="min-h-12 px-6"
							icon={<ScanLine aria-hidden="true" className="size-5" />}
						>
							{t("measure")}
						</ButtonLink>
						<ButtonLink to="/measure" search={{ sample: "woman" }} className="min-h-12 px-6">
							{t("trySample")}
						</ButtonLink>
					</div>
					{status === "signed-out" && (
						<p className="-my-2 flex flex-wrap items-center gap-x-3 text-ink-soft">
							<span>{t("account.have")}</span>
							<Link to="/login" className={TEXT_LINK}>
								{t("account.signIn")}
							</Link>
							<Link to="/register" className={TEXT_LINK}>
								{t("account.register")}
							</Link>
						</p>
					)}
				</div>
				<div className="self-center lg:col-start-2 lg:row-span-2 lg:row-start-1">
					<BodyPicture />
				</div>
				<ul className="grid content-start gap-3 border-t border-line pt-6">
					{promises.map(({ key, Icon }) => (
						<li key={key} className="flex max-w-prose gap-3">
							<Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-accent" />
							{t(`promises.${key}`, {
								low: format.margin(Math.min(...margins_m)),
								high: format.margin(Math.max(...margins_m)),
							})}
						</li>
					))}
				</ul>
			</div>
			<SamplePeople />
		</div>
	);
}

import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client.js";
import { ProblemError } from "../../api/problem-error.js";
import { leave } from "../../auth/auth-store.js";
import { passwordFault } from "../../auth/password-rules.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { Field } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { PasswordInput } from "../../ui/password-input.js";

type Faults = { readonly current?: string; readonly fresh?: string };

/** A new password; it ends the log-ins of all devices. */
export function PasswordCard({ email }: { readonly email: string }) {
	const { t } = useTranslation(["account", "auth"]);
	const router = useRouter();
	const form = useRef<HTMLFormElement>(null);
	const [faults, setFaults] = useState<Faults>({});
	const [problem, setProblem] = useState<unknown>(null);
	const [isBusy, setBusy] = useState(false);
	const refuse = (found: Faults) => {
		setFaults(found);
		const first = found.current !== undefined ? "current" : "fresh";
		form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
	};
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const given = new FormData(event.currentTarget);
		const [current, fresh] = [String(given.get("current")), String(given.get("fresh"))];
		setProblem(null);
		setFaults({});
		if (current === "") return refuse({ current: t("auth:faults.missing") });
		const fault = passwordFault(fresh, email);
		if (fault !== null) return refuse({ fresh: t(`auth:faults.${fault}`) });
		setBusy(true);
		try {
			await api.PUT("/api/v1/me/password", { body: { current_password: current, new_password: fresh } });
			await router.navigate({ to: "/login", search: { next: "/account" } });
			leave("password-changed");
		} catch (error) {
			setBusy(false);
			if (!(error instanceof ProblemError)) return setProblem(error);
			if (error.code === "forbidden") return refuse({ current: t("password.wrong") });
			const isAboutNew = error.fields.some(({ path }) => path === "new_password");
			if (isAboutNew) return refuse({ fresh: t("auth:faults.common") });
			setProblem(error);
		}
	};
	return (
		<Card title={t("password.title")}>
			<form ref={form} noValidate onSubmit={(event) => void submit(event)} className="grid max-w-md gap-4">
				<p className="text-ink-soft">{t("password.text")}</p>
				{problem !== null && <ErrorNotice error={problem} />}
				{/* For password managers, which else do not know whose password this is. */}
				<input type="email" autoComplete="username" value={email} readOnly hidden />
				<Field label={t("password.current")} error={faults.current}>
					{(control) => <PasswordInput {...control} name="current" autoComplete="current-password" required />}
				</Field>
				<Field label={t("password.new")} hint={t("auth:passwordRules")} error={faults.fresh}>
					{(control) => <PasswordInput {...control} name="fresh" autoComplete="new-password" required />}
				</Field>
				<div>
					<Button type="submit" isBusy={isBusy}>
						{t("password.submit")}
					</Button>
				</div>
			</form>
		</Card>
	);
}

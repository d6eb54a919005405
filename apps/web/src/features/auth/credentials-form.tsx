import { Link } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../../api/problem-error.js";
import { signIn, signUp } from "../../auth/auth-store.js";
import { passwordFault } from "../../auth/password-rules.js";
import { Button } from "../../ui/button.js";
import { Field, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { PasswordInput } from "../../ui/password-input.js";

/** Which field is wrong, and why: keys of `faults` in the texts. */
type Faults = { readonly email?: string; readonly password?: string };

/** What came of pressing the button: in the one form it says nothing about the other. */
interface Refusal {
	readonly kind: Kind;
	readonly faults: Faults;
	readonly problem: unknown;
}

type Kind = "login" | "register";

/** E-mail address and password, to sign in or to make an account. The guard of the page leads on afterwards. */
export function CredentialsForm({ kind, next }: { readonly kind: Kind; readonly next: string | undefined }) {
	const { t } = useTranslation("auth");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const { faults, problem } = refusal?.kind === kind ? refusal : { faults: {} as Faults, problem: null };
	const [isBusy, setBusy] = useState(false);
	const form = useRef<HTMLFormElement>(null);

	const refuse = (found: Faults) => {
		setRefusal({ kind, faults: found, problem: null });
		const first = found.email !== undefined ? "email" : "password";
		form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
	};
	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const given = new FormData(event.currentTarget);
		const email = String(given.get("email")).trim();
		const password = String(given.get("password"));
		setRefusal(null);
		const found = findFaults(kind, email, password);
		if (found.email !== undefined || found.password !== undefined) return refuse(found);
		setBusy(true);
		try {
			await (kind === "login" ? signIn(email, password) : signUp(email, password));
		} catch (error) {
			setBusy(false);
			const refused = faultsOf(error);
			if (refused === null) setRefusal({ kind, faults: {}, problem: error });
			else refuse(refused);
		}
	};

	const fault = (key: string | undefined) => key && t(`faults.${key}`);
	return (
		<form ref={form} noValidate onSubmit={(event) => void submit(event)} className="grid gap-5">
			{problem !== null && <ErrorNotice error={problem} />}
			<Field
				label={t("email")}
				error={
					faults.email === "taken" ? (
						<>
							{t("faults.taken")}{" "}
							<Link to="/login" search={next === undefined ? {} : { next }}>
								{t("login.submit")}
							</Link>
						</>
					) : (
						fault(faults.email)
					)
				}
			>
				{(control) => (
					<TextInput
						{...control}
						name="email"
						type="email"
						inputMode="email"
						autoComplete="username"
						autoCapitalize="none"
						spellCheck={false}
						maxLength={254}
						required
					/>
				)}
			</Field>
			<Field
				label={t("password")}
				hint={kind === "register" ? t("passwordRules") : undefined}
				error={fault(faults.password)}
			>
				{(control) => (
					<PasswordInput
						{...control}
						name="password"
						autoComplete={kind === "login" ? "current-password" : "new-password"}
						required
					/>
				)}
			</Field>
			<Button type="submit" look="primary" isBusy={isBusy} className="w-full">
				{t(kind === "login" ? "login.submit" : "register.submit")}
			</Button>
		</form>
	);
}

function findFaults(kind: Kind, email: string, password: string): Faults {
	const passwordKey = password === "" ? "missing" : kind === "register" ? passwordFault(password, email) : null;
	return {
		...(/^[^\s@]+@[^\s@]+$/.test(email) ? {} : { email: "notAnAddress" }),
		...(passwordKey === null ? {} : { password: passwordKey }),
	};
}

/** What the server says about the fields; null when it is about something else. */
function faultsOf(error: unknown): Faults | null {
	if (!(error instanceof ProblemError)) return null;
	if (error.code === "email_taken") return { email: "taken" };
	if (error.code !== "invalid_argument") return null;
	const isAbout = (field: string) => error.fields.some(({ path }) => path === field);
	const faults = {
		...(isAbout("email") ? { email: "notAnAddress" } : {}),
		// The rules that this page knows were kept; what is left is the list of common passwords.
		...(isAbout("password") ? { password: "common" } : {}),
	};
	return Object.keys(faults).length > 0 ? faults : null;
}

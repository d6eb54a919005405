import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client.js";
import { ProblemError } from "../../api/problem-error.js";
import { leave, startAuth, useAuth } from "../../auth/auth-store.js";
import { Button } from "../../ui/button.js";
import { Card } from "../../ui/card.js";
import { Dialog } from "../../ui/dialog.js";
import { Field, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { PasswordInput } from "../../ui/password-input.js";

/** Everything goes away, after a word that is not typed by accident. */
export function DeleteCard({ hasPassword }: { readonly hasPassword: boolean }) {
	const { t } = useTranslation("account");
	const [isOpen, setOpen] = useState(false);
	return (
		<Card title={t("delete.title")} className="border-bad/40">
			<div className="grid justify-items-start gap-4">
				<p className="max-w-prose text-ink-soft">{t(hasPassword ? "delete.text" : "delete.textLocal")}</p>
				<Button look="danger" onClick={() => setOpen(true)}>
					{t("delete.open")}
				</Button>
			</div>
			<Dialog title={t("delete.dialogTitle")} isOpen={isOpen} onClose={() => setOpen(false)}>
				<DeleteForm hasPassword={hasPassword} onCancel={() => setOpen(false)} />
			</Dialog>
		</Card>
	);
}

function DeleteForm({ hasPassword, onCancel }: { readonly hasPassword: boolean; readonly onCancel: () => void }) {
	const { t } = useTranslation("account");
	const { t: common } = useTranslation();
	const router = useRouter();
	const [typed, setTyped] = useState("");
	const [password, setPassword] = useState("");
	const [problem, setProblem] = useState<unknown>(null);
	const [isBusy, setBusy] = useState(false);
	const word = t("delete.word");
	const isSure = typed.trim().toLocaleUpperCase() === word && (!hasPassword || password !== "");
	const isWrongPassword = problem instanceof ProblemError && problem.code === "forbidden";
	const submit = async (event: FormEvent) => {
		event.preventDefault();
		if (!isSure) return;
		setBusy(true);
		setProblem(null);
		try {
			await api.DELETE("/api/v1/me", { body: hasPassword ? { password } : {} });
		} catch (error) {
			setBusy(false);
			return setProblem(error);
		}
		// The start page must not ask for what is gone before it knows.
		useAuth.setState({ status: "starting" });
		await router.navigate({ to: "/" });
		leave("deleted");
		if (useAuth.getState().app?.single_user) await startAuth();
	};
	return (
		<form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
			<p>{t("delete.warning")}</p>
			{problem !== null && !isWrongPassword && <ErrorNotice error={problem} />}
			<Field label={t("delete.typeWord", { word })}>
				{(control) => (
					<TextInput
						{...control}
						autoComplete="off"
						autoCapitalize="characters"
						spellCheck={false}
						value={typed}
						onChange={(event) => setTyped(event.target.value)}
					/>
				)}
			</Field>
			{hasPassword && (
				<Field label={t("password.current")} error={isWrongPassword ? t("password.wrong") : undefined}>
					{(control) => (
						<PasswordInput
							{...control}
							autoComplete="current-password"
							value={password}
							onChange={(event) => setPassword(event.target.value)}
						/>
					)}
				</Field>
			)}
			<div className="flex flex-wrap justify-end gap-2">
				<Button onClick={onCancel}>{common("cancel")}</Button>
				<Button type="submit" look="danger" disabled={!isSure} isBusy={isBusy}>
					{t("delete.submit")}
				</Button>
			</div>
		</form>
	);
}

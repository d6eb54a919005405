import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client.js";
import { queryClient } from "../../api/queries.js";
import type { UserDocument, UserRole } from "../../api/types.js";
import { useAuth } from "../../auth/auth-store.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorNotice, Notice } from "../../ui/notice.js";
import { toast } from "../../ui/toasts.js";

export type UserChange =
	| { readonly kind: "role"; readonly user: UserDocument; readonly role: UserRole }
	| { readonly kind: "sign-out"; readonly user: UserDocument };

/** Says what a change of a user means, and makes it. */
export function UserChangeDialog({
	change,
	onClose,
}: {
	/** Null: closed. */
	readonly change: UserChange | null;
	readonly onClose: () => void;
}) {
	const { t } = useTranslation("admin");
	const isSelf = useAuth((state) => state.user?.user_id === change?.user.user_id);
	const mutation = useMutation({
		mutationFn: ({ user, ...what }: UserChange) =>
			answer(
				api.PATCH("/api/v1/admin/users/{user_id}", {
					params: { path: { user_id: user.user_id } },
					body: what.kind === "role" ? { role: what.role } : { log_out_everywhere: true },
				}),
			),
		onSuccess: (_, { kind }) => {
			toast(t(kind === "role" ? "users.roleChanged" : "users.signedOut"));
			close();
			void queryClient.invalidateQueries({ queryKey: ["admin", "users"] });
		},
	});
	const close = () => {
		mutation.reset();
		onClose();
	};
	const email = change?.user.email ?? "";
	return (
		<Dialog
			title={t(change?.kind === "sign-out" ? "users.signOutTitle" : "users.roleTitle")}
			isOpen={change !== null}
			onClose={close}
			footer={
				<>
					<Button onClick={close}>{t("common:cancel")}</Button>
					<Button
						look="primary"
						isBusy={mutation.isPending}
						onClick={() => {
							if (change !== null) mutation.mutate(change);
						}}
					>
						{t(change?.kind === "sign-out" ? "users.signOut" : "users.roleConfirm")}
					</Button>
				</>
			}
		>
			{change?.kind === "role" && (
				<>
					<p className="break-words">
						{t("users.roleText", {
							email,
							from: t(`roles.${change.user.role}`),
							to: t(`roles.${change.role}`),
						})}
					</p>
					<p className="text-ink-soft">{t(`roleMeaning.${change.role}`)}</p>
				</>
			)}
			<p className="break-words">{t("users.endsLogIns", { email })}</p>
			{isSelf && (
				<Notice kind="warn">
					<p>{t("users.thatIsYou")}</p>
				</Notice>
			)}
			{mutation.isError && <ErrorNotice error={mutation.error} />}
		</Dialog>
	);
}

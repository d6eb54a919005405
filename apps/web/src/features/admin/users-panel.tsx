import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { UserDocument, UserRole } from "../../api/types.js";
import { useAuth } from "../../auth/auth-store.js";
import { useFormat } from "../../format/use-format.js";
import { Button, Spinner } from "../../ui/button.js";
import { Field, Select, TextInput } from "../../ui/field.js";
import { MoreButton } from "../../ui/more-button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { useSettled } from "../../ui/use-settled.js";
import { usersQuery } from "./admin-queries.js";
import { type UserChange, UserChangeDialog } from "./user-change-dialog.js";

export const ROLES: readonly UserRole[] = ["user", "researcher", "admin"];

/** Who is registered, their roles, and an end to their log-ins. */
export function UsersPanel() {
	const { t } = useTranslation("admin");
	const [typed, setTyped] = useState("");
	const [role, setRole] = useState<UserRole | "">("");
	const [change, setChange] = useState<UserChange | null>(null);
	const list = useInfiniteQuery({
		...usersQuery(useSettled(typed.trim()), role),
		placeholderData: (previous) => previous,
	});
	const users = list.data?.pages.flatMap((page) => page.users) ?? [];
	const total = list.data?.pages.at(-1)?.total ?? 0;
	return (
		<div className="grid grid-cols-1 gap-4">
			<search className="grid gap-3 sm:grid-cols-[minmax(0,24rem)_12rem]">
				<Field label={t("users.search")}>
					{(control) => (
						<TextInput
							{...control}
							type="search"
							maxLength={254}
							value={typed}
							onChange={(event) => setTyped(event.target.value)}
						/>
					)}
				</Field>
				<Field label={t("users.role")}>
					{(control) => (
						<Select {...control} value={role} onChange={(event) => setRole(event.target.value as UserRole | "")}>
							<option value="">{t("users.anyRole")}</option>
							{ROLES.map((one) => (
								<option key={one} value={one}>
									{t(`roles.${one}`)}
								</option>
							))}
						</Select>
					)}
				</Field>
			</search>
			{list.isPending && <Spinner />}
			{list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
			{list.isSuccess && (
				<p role="status" className="numbers text-sm text-ink-soft">
					{t("users.count", { count: total })}
				</p>
			)}
			{users.length > 0 && (
				<ul className="divide-y divide-line rounded-card border border-line bg-surface shadow-card">
					{users.map((user) => (
						<UserRow key={user.user_id} user={user} onChange={setChange} />
					))}
				</ul>
			)}
			<MoreButton list={list} label={t("more")} />
			<UserChangeDialog change={change} onClose={() => setChange(null)} />
		</div>
	);
}

function UserRow({ user, onChange }: { readonly user: UserDocument; readonly onChange: (change: UserChange) => void }) {
	const { t } = useTranslation("admin");
	const isSelf = useAuth((state) => state.user?.user_id === user.user_id);
	const { date, dateTime } = useFormat();
	return (
		<li className="grid items-center gap-3 p-4 sm:grid-cols-[minmax(0,1fr)_11rem_auto] sm:gap-6">
			<div className="min-w-0">
				<p className="font-medium break-words">
					{user.is_local ? t("users.local") : user.email}
					{isSelf && (
						<span className="ms-2 rounded bg-accent-soft px-1.5 py-0.5 text-xs text-accent">{t("users.you")}</span>
					)}
				</p>
				<p className="numbers text-sm text-ink-soft">
					{t("users.since", { date: date(user.created_at) })}
					{" · "}
					{user.last_login === null ? t("users.never") : t("users.lastLogin", { date: dateTime(user.last_login) })}
				</p>
			</div>
			<Select
				aria-label={t("users.roleOf", { email: user.email })}
				value={user.role}
				disabled={user.is_local}
				onChange={(event) => onChange({ kind: "role", user, role: event.target.value as UserRole })}
			>
				{ROLES.map((role) => (
					<option key={role} value={role}>
						{t(`roles.${role}`)}
					</option>
				))}
			</Select>
			<Button
				aria-label={t("users.signOutOf", { email: user.email })}
				onClick={() => onChange({ kind: "sign-out", user })}
			>
				{t("users.signOut")}
			</Button>
		</li>
	);
}

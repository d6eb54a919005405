import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { UserDocument, UserRole } from "../../api/types.js";
import { useAuth } from "../../auth/auth-store.js";
import { useFormat } from "../../format/use-format.js";
import { Button, Spinner } from "../../ui/button.js";
import { Field, Select, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import { Table } from "../../ui/table.js";
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
		<div className="grid gap-4">
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
				<Table label={t("tabs.users")}>
					<thead>
						<tr>
							<th scope="col">{t("users.email")}</th>
							<th scope="col">{t("users.role")}</th>
							<th scope="col">{t("users.since")}</th>
							<th scope="col">{t("users.lastLogin")}</th>
							<th scope="col">
								<span className="sr-only">{t("users.actions")}</span>
							</th>
						</tr>
					</thead>
					<tbody>
						{users.map((user) => (
							<UserRow key={user.user_id} user={user} onChange={setChange} />
						))}
					</tbody>
				</Table>
			)}
			{list.hasNextPage && (
				<div>
					<Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
						{t("more")}
					</Button>
				</div>
			)}
			<UserChangeDialog change={change} onClose={() => setChange(null)} />
		</div>
	);
}

function UserRow({ user, onChange }: { readonly user: UserDocument; readonly onChange: (change: UserChange) => void }) {
	const { t } = useTranslation("admin");
	const format = useFormat();
	const isSelf = useAuth((state) => state.user?.user_id === user.user_id);
	return (
		<tr>
			<th scope="row" className="break-all">
				{user.is_local ? t("users.local") : user.email}
				{isSelf && (
					<span className="ms-2 rounded bg-accent-soft px-1.5 py-0.5 text-xs text-accent">{t("users.you")}</span>
				)}
			</th>
			<td>
				<Select
					aria-label={t("users.roleOf", { email: user.email })}
					className="min-w-36"
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
			</td>
			<td className="numbers whitespace-nowrap text-ink-soft">{format.date(user.created_at)}</td>
			<td className="numbers whitespace-nowrap text-ink-soft">
				{user.last_login === null ? t("users.never") : format.dateTime(user.last_login)}
			</td>
			<td className="text-end">
				<Button
					className="text-sm whitespace-nowrap"
					aria-label={t("users.signOutOf", { email: user.email })}
					onClick={() => onChange({ kind: "sign-out", user })}
				>
					{t("users.signOut")}
				</Button>
			</td>
		</tr>
	);
}

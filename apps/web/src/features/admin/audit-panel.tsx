import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../api/types.js";
import { useFormat } from "../../format/use-format.js";
import { Spinner } from "../../ui/button.js";
import { EmptyState } from "../../ui/card.js";
import { Field, Select, TextInput } from "../../ui/field.js";
import { MoreButton } from "../../ui/more-button.js";
import { ErrorNotice } from "../../ui/notice.js";
import { Table } from "../../ui/table.js";
import { useSettled } from "../../ui/use-settled.js";
import { auditQuery, userChoicesQuery } from "./admin-queries.js";
import { AUDIT_ACTIONS, dayRange } from "./audit-actions.js";
import { AuditCheck } from "./audit-check.js";

/** What was done on this server, and whether the record of it is whole. */
export function AuditPanel() {
	const { t, i18n } = useTranslation("admin");
	const format = useFormat();
	const datalist = useId();
	const [email, setEmail] = useState("");
	const [action, setAction] = useState("");
	const [from, setFrom] = useState("");
	const [to, setTo] = useState("");
	const choices = useQuery({ ...userChoicesQuery(useSettled(email.trim())), placeholderData: (previous) => previous });
	const known = useQuery(userChoicesQuery(""));
	const user = choices.data?.users.find((one) => one.email === email.trim().toLowerCase());
	const isUserUnknown = email.trim() !== "" && user === undefined;
	const list = useInfiniteQuery({
		...auditQuery({
			...(user === undefined ? {} : { user_id: user.user_id }),
			...(action === "" ? {} : { action }),
			...dayRange(from, to),
		}),
		enabled: !isUserUnknown,
		placeholderData: (previous) => previous,
	});
	const entries = isUserUnknown ? [] : (list.data?.pages.flatMap((page) => page.entries) ?? []);
	const emails = new Map(
		[...(known.data?.users ?? []), ...(choices.data?.users ?? [])].map((one) => [
			one.user_id,
			one.is_local ? t("users.local") : one.email,
		]),
	);
	const nameOf = (name: string) => (i18n.exists(`admin:actions.${name}`) ? t(`actions.${name}`) : name);
	return (
		<div className="grid grid-cols-1 gap-4">
			<AuditCheck />
			<search className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
				<Field label={t("audit.user")} hint={isUserUnknown ? t("audit.unknownUser") : undefined}>
					{(control) => (
						<>
							<TextInput
								{...control}
								type="search"
								list={datalist}
								maxLength={254}
								autoComplete="off"
								placeholder={t("audit.everybody")}
								value={email}
								onChange={(event) => setEmail(event.target.value)}
							/>
							<datalist id={datalist}>
								{choices.data?.users.map((one) => (
									<option key={one.user_id} value={one.email} />
								))}
							</datalist>
						</>
					)}
				</Field>
				<Field label={t("audit.action")}>
					{(control) => (
						<Select {...control} value={action} onChange={(event) => setAction(event.target.value)}>
							<option value="">{t("audit.everything")}</option>
							{AUDIT_ACTIONS.map((name) => (
								<option key={name} value={name}>
									{nameOf(name)}
								</option>
							))}
						</Select>
					)}
				</Field>
				<Field label={t("audit.from")}>
					{(control) => (
						<TextInput {...control} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
					)}
				</Field>
				<Field label={t("audit.to")}>
					{(control) => (
						<TextInput {...control} type="date" value={to} onChange={(event) => setTo(event.target.value)} />
					)}
				</Field>
			</search>
			{list.isLoading && <Spinner />}
			{list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
			{entries.length === 0 && (list.isSuccess || isUserUnknown) && (
				<EmptyState title={t("audit.empty")}>{t("audit.emptyText")}</EmptyState>
			)}
			{entries.length > 0 && (
				<Table label={t("tabs.audit")} className="numbers">
					<thead>
						<tr>
							<th scope="col">{t("audit.when")}</th>
							<th scope="col">{t("audit.action")}</th>
							<th scope="col">{t("audit.user")}</th>
							<th scope="col">{t("audit.what")}</th>
							<th scope="col">{t("audit.address")}</th>
						</tr>
					</thead>
					<tbody>
						{entries.map((entry) => (
							<tr key={entry.log_id}>
								<td className="whitespace-nowrap text-ink-soft">{format.dateTime(entry.timestamp)}</td>
								<th scope="row">{nameOf(entry.action)}</th>
								<td className="break-all">{userName(entry, emails) ?? t("audit.nobody")}</td>
								<td className="font-mono text-xs whitespace-nowrap" title={entry.resource_id ?? undefined}>
									{entry.resource_id === null ? "–" : `${entry.resource_type ?? ""} ${entry.resource_id.slice(0, 8)}`}
								</td>
								<td className="whitespace-nowrap text-ink-soft" title={entry.user_agent ?? undefined}>
									{entry.ip_address ?? "–"}
								</td>
							</tr>
						))}
					</tbody>
				</Table>
			)}
			{!isUserUnknown && <MoreButton list={list} label={t("more")} />}
		</div>
	);
}

/** The address of who did it, else the id's beginning; null: nobody was logged in, or the account is gone. */
function userName({ user_id }: AuditEntry, emails: ReadonlyMap<string, string>): string | null {
	return user_id === null ? null : (emails.get(user_id) ?? user_id.slice(0, 8));
}

import { Save } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelDocument } from "../../api/types.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Field, TextInput } from "../../ui/field.js";
import { ErrorNotice } from "../../ui/notice.js";
import type { Adjusting } from "./use-adjusting.js";
import { useSaveBody } from "./use-save-body.js";

/** Longest name that the server takes. */
const MAX_NAME_LENGTH = 255;

/** Saves the adjusted body as a new one; asks for a name, which may stay empty. */
export function SaveBody({ model, adjusting }: { readonly model: ModelDocument; readonly adjusting: Adjusting }) {
	const { t } = useTranslation("adjust");
	const { t: common } = useTranslation();
	const save = useSaveBody(model, adjusting);
	const [isOpen, setOpen] = useState(false);
	const [name, setName] = useState("");
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate(name.trim() === "" ? null : name.trim());
	};
	return (
		<>
			<Button
				look="primary"
				className="ms-auto whitespace-nowrap max-sm:px-3 max-sm:text-sm"
				icon={<Save aria-hidden="true" className="size-5 max-sm:hidden" />}
				disabled={!adjusting.isChanged || !adjusting.isCurrent || adjusting.status !== "ready"}
				onClick={() => {
					save.reset();
					setOpen(true);
				}}
			>
				{t("save")}
			</Button>
			<Dialog title={t("saving.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
				<form onSubmit={submit} className="grid gap-4">
					<Field label={t("saving.name")} hint={t("saving.hint")} isOptional optionalText={common("optional")}>
						{(control) => (
							<TextInput
								{...control}
								autoFocus
								autoComplete="off"
								maxLength={MAX_NAME_LENGTH}
								value={name}
								onChange={(event) => setName(event.target.value)}
							/>
						)}
					</Field>
					{save.isError && <ErrorNotice error={save.error} />}
					<div className="flex justify-end gap-2">
						<Button onClick={() => setOpen(false)}>{common("cancel")}</Button>
						<Button type="submit" look="primary" isBusy={save.isPending}>
							{common("save")}
						</Button>
					</div>
				</form>
			</Dialog>
		</>
	);
}

import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SubjectDocument } from "../../api/types.js";
import { RenameDialog } from "../../subjects/rename-dialog.js";
import { IconButton } from "../../ui/button.js";

/** A pencil beside the name. */
export function RenamePerson({ subject }: { readonly subject: SubjectDocument }) {
	const { t } = useTranslation("model");
	const [isOpen, setOpen] = useState(false);
	return (
		<>
			<IconButton label={t("rename")} onClick={() => setOpen(true)}>
				<Pencil aria-hidden="true" className="size-4" />
			</IconButton>
			<RenameDialog subject={isOpen ? subject : null} onClose={() => setOpen(false)} />
		</>
	);
}

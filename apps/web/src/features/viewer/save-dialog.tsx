import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Checkbox } from "../../ui/field.js";

/** Saves the view as a picture. */
export function SaveDialog({
	isOpen,
	onClose,
	onSave,
}: {
	readonly isOpen: boolean;
	readonly onClose: () => void;
	readonly onSave: (isTransparent: boolean) => void;
}) {
	const { t } = useTranslation("viewer");
	const [isTransparent, setTransparent] = useState(false);
	return (
		<Dialog
			title={t("save.title")}
			isOpen={isOpen}
			onClose={onClose}
			footer={
				<Button
					look="primary"
					icon={<Download aria-hidden="true" className="size-5" />}
					onClick={() => {
						onSave(isTransparent);
						onClose();
					}}
				>
					{t("save.button")}
				</Button>
			}
		>
			<p>{t("save.text")}</p>
			<Checkbox
				label={t("save.transparent")}
				checked={isTransparent}
				onChange={(event) => setTransparent(event.target.checked)}
			/>
		</Dialog>
	);
}

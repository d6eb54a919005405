import { Eye, EyeOff } from "lucide-react";
import { type ComponentPropsWithRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button.js";
import { TextInput } from "./field.js";

/** A password that can be looked at while it is typed. */
export function PasswordInput(props: Omit<ComponentPropsWithRef<"input">, "type" | "className">) {
	const { t } = useTranslation();
	const [isShown, setShown] = useState(false);
	const Icon = isShown ? EyeOff : Eye;
	return (
		<div className="relative">
			<TextInput
				spellCheck={false}
				autoCapitalize="none"
				{...props}
				type={isShown ? "text" : "password"}
				className="pe-12"
			/>
			<IconButton
				label={t("showPassword")}
				aria-pressed={isShown}
				className="absolute inset-y-0 end-0 aria-pressed:bg-transparent"
				onClick={() => setShown(!isShown)}
			>
				<Icon aria-hidden="true" className="size-5" />
			</IconButton>
		</div>
	);
}

import { Page } from "../../ui/card.js";

export function RegisterPage() {
	return <Page title="Register">{null}</Page>;
}

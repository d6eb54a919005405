import { Component, type ReactNode } from "react";

/** Shows something else when drawing fails; React has only classes for this. */
export class SceneBoundary extends Component<
	{ readonly fallback: ReactNode; readonly children: ReactNode },
	{ readonly hasFailed: boolean }
> {
	override state = { hasFailed: false };

	static getDerivedStateFromError() {
		return { hasFailed: true };
	}

	override render() {
		return this.state.hasFailed ? this.props.fallback : this.props.children;
	}
}

import { Component, lazy, memo, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type KeptPhoto, usePhotos } from "../../photos/photo-store.js";
import { Spinner } from "../../ui/button.js";
import { ErrorNotice } from "../../ui/notice.js";
import type { BodyViewerProps } from "./viewer-types.js";

const BodyViewer = lazy(() => import("./body-viewer.js").then((module) => ({ default: module.BodyViewer })));
const NO_PHOTOS: readonly KeptPhoto[] = [];

/** The viewer with what it needs; the page shows before it has arrived, and goes on when it cannot. */
export const BodyPane = memo(function BodyPane(props: Omit<BodyViewerProps, "photos">) {
	const { t } = useTranslation();
	const { session_id } = props.model;
	const photos = usePhotos((state) => (session_id === null ? NO_PHOTOS : (state.bySession[session_id] ?? NO_PHOTOS)));
	return (
		<ViewerBoundary>
			<Suspense
				fallback={
					<p className="grid h-full place-content-center justify-items-center gap-3 text-ink-soft">
						<Spinner />
						{t("loading")}
					</p>
				}
			>
				<BodyViewer {...props} photos={photos} />
			</Suspense>
		</ViewerBoundary>
	);
});

/** Keeps a viewer that broke from taking the page with it. */
class ViewerBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
	override readonly state: { readonly error: unknown } = { error: null };

	static getDerivedStateFromError(error: unknown) {
		return { error };
	}

	override render() {
		if (this.state.error === null) return this.props.children;
		return (
			<div className="p-4">
				<ErrorNotice error={this.state.error} onRetry={() => this.setState({ error: null })} />
			</div>
		);
	}
}

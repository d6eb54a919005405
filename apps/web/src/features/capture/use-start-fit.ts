import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ProblemError } from "../../api/problem-error.js";
import { consentsQuery, queryClient } from "../../api/queries.js";
import { useAuth } from "../../auth/auth-store.js";
import { useDraft } from "./draft-store.js";
import { submitFit } from "./submit-fit.js";

export type StartState =
	| { readonly step: "ready" }
	| { readonly step: "checking" }
	| { readonly step: "asking" }
	/** The person did not agree: nothing was sent. */
	| { readonly step: "refused" }
	/** 0…1 of the bytes have left. */
	| { readonly step: "sending"; readonly fraction: number }
	| { readonly step: "failed"; readonly error: unknown };

/** From the press of the button to the progress page: consent where it is missing, then the upload. */
export function useStartFit() {
	const navigate = useNavigate();
	const [state, setState] = useState<StartState>({ step: "ready" });
	const upload = useRef<AbortController | null>(null);
	useEffect(() => () => upload.current?.abort(), []);

	const send = async () => {
		const controller = new AbortController();
		upload.current = controller;
		setState({ step: "sending", fraction: 0 });
		try {
			const sessionId = await submitFit(useDraft.getState().draft, {
				signal: controller.signal,
				onProgress: (fraction) => setState({ step: "sending", fraction }),
			});
			await navigate({ to: "/fits/$sessionId", params: { sessionId } });
		} catch (error) {
			if (error instanceof DOMException && error.name === "AbortError") setState({ step: "ready" });
			// It was withdrawn elsewhere.
			else if (error instanceof ProblemError && error.code === "consent_required") setState({ step: "asking" });
			else setState({ step: "failed", error });
		} finally {
			upload.current = null;
		}
	};

	const start = async () => {
		setState({ step: "checking" });
		try {
			const consents = await queryClient.fetchQuery({ ...consentsQuery, staleTime: 0 });
			const wanted = useAuth.getState().app?.consent_version;
			const isAgreed = consents.photo_processing && (wanted === undefined || consents.version === wanted);
			if (isAgreed) await send();
			else setState({ step: "asking" });
		} catch (error) {
			setState({ step: "failed", error });
		}
	};

	return {
		state,
		start,
		/** Consent was given. */
		agreed: () => void send(),
		refused: () => setState({ step: "refused" }),
		cancel: () => upload.current?.abort(),
	};
}

import { useEffect, useRef } from "react";

/** Says a text whenever it changes, if wanted: whoever stands three metres away cannot read it. */
export function useSpeech(text: string, language: string, isOn: boolean): void {
	useEffect(() => {
		if (!isOn || text === "" || !("speechSynthesis" in globalThis)) return;
		speechSynthesis.cancel();
		const utterance = new SpeechSynthesisUtterance(text);
		utterance.lang = language;
		speechSynthesis.speak(utterance);
		return () => speechSynthesis.cancel();
	}, [text, language, isOn]);
}

/** Short tones, if wanted. */
export function useBeep(isOn: boolean): (isHigh: boolean) => void {
	const context = useRef<AudioContext | null>(null);
	useEffect(() => {
		if (!isOn) return;
		const opened = new AudioContext();
		context.current = opened;
		return () => {
			context.current = null;
			void opened.close();
		};
	}, [isOn]);
	return (isHigh) => {
		const opened = context.current;
		if (opened === null) return;
		const [tone, volume] = [opened.createOscillator(), opened.createGain()];
		tone.frequency.value = isHigh ? 1320 : 880;
		volume.gain.setValueAtTime(0.2, opened.currentTime);
		volume.gain.exponentialRampToValueAtTime(0.001, opened.currentTime + 0.2);
		tone.connect(volume).connect(opened.destination);
		tone.start();
		tone.stop(opened.currentTime + 0.2);
	};
}

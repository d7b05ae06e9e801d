import type {BuildEvent} from '../../index.ts';

/** Tells a build to a person or a program, from its events alone. */
export interface Reporter {
	event(event: BuildEvent): void;
	/** Called ten times a second: times go on where events do not. */
	tick(): void;
	/** The build is being stopped by a signal. */
	stopping(): void;
	/** Nothing more comes: whatever is drawn for the moment goes. */
	end(): void;
}

/** What reporters need besides events. */
export interface ReportOptions {
	/** Milliseconds on the clock of `tick`. */
	readonly now: () => number;
	/** Writes whole lines on stderr, the line break included. */
	readonly write: (text: string) => void;
	/** Bytes of a step's log, from an offset on. */
	readonly readLog: (step: string, offset: number, length: number) => Uint8Array;
	/** The lines after the last step: warnings and the summary. */
	readonly closing: (finished: BuildFinishedEvent) => readonly string[];
}

export type EventOf<Type extends BuildEvent['type']> = Extract<BuildEvent, {readonly type: Type}>;
export type BuildFinishedEvent = EventOf<'build.finished'>;
export type WarnedEvent = EventOf<'warning'>;

import {constants} from 'node:os';
import {AbortedError} from '../errors.ts';

/** How a container is told to end, whether its program runs already or not. */
export interface Control {
	/** Aborted by whoever has the container, or by a signal before there is a program to get it. */
	readonly signal: AbortSignal;
	/** There is a program now: it gets what comes. `stopSignal` as in an image config. */
	start(send: (signal: number) => void, stopSignal?: string): void;
	/** The program has ended: what comes now ends what is still done with what it changed. */
	over(): void;
	kill(signal: number): void;
	/** `by`: who is to be told so by the exit code, where there is no program that could choose one. */
	stop(by?: StopSignal): void;
	/** Kills the program, of which nothing is to be kept. */
	discard(): void;
	readonly isOver: boolean;
	readonly isDiscarded: boolean;
	/** The container has ended: nothing is sent any more. */
	end(): void;
}

/** The signals by which who runs us asks us to end. */
export type StopSignal = 'SIGTERM' | 'SIGHUP';

/** What a program has to end in, as docker has it. */
const grace = 10_000;

export function containerControl(outer: AbortSignal | undefined): Control {
	const controller = new AbortController();
	let send: ((signal: number) => void) | undefined;
	let stopSignal: number = constants.signals.SIGTERM;
	let [isOver, isDiscarded] = [false, false];
	let killing: NodeJS.Timeout | undefined;
	let aborted = 'the container was stopped before its program began';
	const sendOr = (signal: number, by: number) => {
		if (send) send(signal);
		else if (signal !== constants.signals.SIGWINCH) controller.abort(stopped(aborted, by));
	};
	const kill = (signal: number) => sendOr(signal, signal);
	return {
		signal: outer ? AbortSignal.any([controller.signal, outer]) : controller.signal,
		start(sendSignal, named) {
			send = sendSignal;
			stopSignal = signalNumber(named) ?? stopSignal;
		},
		get isOver() {
			return isOver;
		},
		get isDiscarded() {
			return isDiscarded;
		},
		over() {
			isOver = true;
			send = undefined;
			aborted = 'the container was stopped before what it changed was kept';
			clearTimeout(killing);
		},
		kill,
		stop(by = 'SIGTERM') {
			sendOr(stopSignal, constants.signals[by]);
			killing ??= setTimeout(kill, grace, constants.signals.SIGKILL);
		},
		discard() {
			isDiscarded = true;
			kill(constants.signals.SIGKILL);
		},
		end() {
			send = () => {};
			clearTimeout(killing);
		},
	};
}

function stopped(message: string, signal: number): AbortedError {
	const error = new AbortedError('ABORTED', message);
	error.exitCode = exitCodes[signal] ?? 130;
	return error;
}

const exitCodes: Readonly<Record<number, AbortedError['exitCode']>> = {
	[constants.signals.SIGHUP]: 129,
	[constants.signals.SIGTERM]: 143,
};

/** `SIGTERM`, `TERM`, `15` or `RTMIN+3` as STOPSIGNAL has it; undefined if it is none. https://man7.org/linux/man-pages/man7/signal.7.html */
export function signalNumber(text = ''): number | undefined {
	const number = /^\d+$/.test(text) ? Number(text) : numberOf(text);
	return number !== undefined && number >= 1 && number <= lastRealTime ? number : undefined;
}

function numberOf(text: string): number | undefined {
	const name = text.toUpperCase().replace(/^SIG/, '');
	const [, base, offset = ''] = /^(RTMIN|RTMAX)([+-]\d+)?$/.exec(name) ?? [];
	if (base) return (base === 'RTMIN' ? firstRealTime : lastRealTime) + Number(offset);
	return constants.signals[`SIG${name}` as NodeJS.Signals];
}

/** As C libraries have them: the first two are their own. */
const firstRealTime = 34;
const lastRealTime = 64;

import type {StepWaiting, Transfer} from '../../index.ts';
import {cutEnd} from '../cells.ts';
import type {Mode} from '../mode.ts';
import type {Shell} from '../shell.ts';
import {formatTime} from '../time.ts';
import {waitingText} from './facts.ts';
import {pullLines} from './frame.ts';
import {rowText, timedLine} from './row.ts';
import {shipment} from './shipment.ts';
import {shipmentLines} from './shipment-lines.ts';

/** What is said of an image on its way. */
export interface Journey {
	readonly verb: 'push' | 'pull' | 'copy';
	/** What the row says beside the verb. */
	readonly name: string;
}

/** Tells of one journey. */
export interface Teller {
	transfer(event: Transfer): void;
	waiting(event: StepWaiting): void;
	tick(): void;
	/** It has come. */
	arrived(): void;
	/** Whatever is drawn for the moment goes. */
	end(): void;
}

/** Tells as a build does in the same mode. What draws on a terminal is loaded only where it is used. */
export async function chooseTeller(mode: Mode | 'quiet', journey: Journey, shell: Shell): Promise<Teller> {
	if (mode === 'rawjson') return rawTeller(shell);
	if (mode === 'quiet') return {transfer() {}, waiting() {}, tick() {}, arrived() {}, end() {}};
	return mode === 'tty' ? liveTeller(journey, shell) : plainTeller(journey, shell);
}

function rawTeller({stderr}: Shell): Teller {
	const write = (event: Transfer | StepWaiting) => void stderr.write(`${JSON.stringify(event)}\n`);
	return {
		transfer: write,
		waiting: write,
		tick() {},
		arrived() {},
		end() {},
	};
}

function plainTeller({verb, name}: Journey, {stderr}: Shell): Teller {
	const begun = performance.now();
	const lines = shipmentLines(
		verb,
		text => void stderr.write(`${text}\n`),
		() => performance.now(),
	);
	lines.begin(name);
	return {
		transfer: lines.transfer,
		waiting: event => lines.say(waitingText(event)),
		tick() {},
		arrived: () => lines.end(performance.now() - begun),
		end() {},
	};
}

const widest = 120;
const mostLayers = 10;
const doing = {push: 'pushing', pull: 'pulling', copy: 'copying'} as const;

async function liveTeller({verb, name}: Journey, {stderr, err}: Shell): Promise<Teller> {
	const {oraScreen} = await import('./screen.ts');
	const screen = oraScreen(stderr, err);
	const begun = performance.now();
	const moving = shipment();
	let waiting = '';
	let ended = false;
	const end = () => {
		if (!ended) screen.end();
		ended = true;
	};
	const width = () => Math.max(1, Math.min(screen.columns - 1, widest));
	return {
		transfer(event) {
			waiting = '';
			moving.add(event);
		},
		waiting(event) {
			waiting = waitingText(event);
		},
		tick() {
			const t = performance.now() - begun;
			const status = [`${name}: ${doing[verb]}`, waiting || moving.text(t)].filter(Boolean).join(', ');
			const {layers} = moving;
			const below = layers.length > 0 ? pullLines(layers, Math.min(mostLayers, screen.rows - 3), err) : [];
			screen.draw([
				timedLine(status, formatTime(t), {width: width() - 2, style: err}),
				...below.map(line => cutEnd(`  ${line}`, width() - 1, err.symbols.ellipsis)),
			]);
		},
		arrived() {
			end();
			const last = formatTime(performance.now() - begun);
			const row = {mark: err.symbols.done, label: verb, text: name, detail: moving.detail, last};
			screen.print([rowText(row, width(), err)]);
		},
		end,
	};
}

import {plural} from '../names.ts';
import {formatTime} from '../time.ts';
import {cacheDetail, cacheDoing, cacheName, exportText, shortName, waitingText} from './facts.ts';
import {packing} from './packing.ts';
import type {EventOf, Reporter, ReportOptions} from './reporter.ts';

/** What plain mode says of the build as a whole: its first line, and what it waits for where no step runs. */
export function story(line: (text: string) => void, now: ReportOptions['now']): Pick<Reporter, 'event' | 'tick'> {
	let started: EventOf<'build.started'> | undefined;
	let since = now();
	let waitsFor: string | undefined;
	let stepsLeft = 0;
	let packingFrom: number | undefined;
	const layers = packing();

	const expect = (what: string | undefined) => {
		since = now();
		waitsFor = what;
	};
	/** Where nothing else is left to do: after a second, then every ten. */
	const tellPacking = () => {
		const text = stepsLeft === 0 ? layers.text : undefined;
		packingFrom = text === undefined ? undefined : (packingFrom ?? now() + 1000);
		if (text === undefined || packingFrom === undefined || now() < packingFrom) return;
		line(text);
		packingFrom = now() + 10_000;
	};
	const tellCache = (event: EventOf<'cache'>) => {
		const isOver = event.state !== 'started';
		expect(isOver ? undefined : cacheDoing(event));
		if (isOver && event.state !== 'failed')
			line(`cache ${cacheName(event)}: ${cacheDetail(event)}, ${formatTime(event.ms)}`);
	};
	return {
		event(event) {
			layers.event(event);
			if (event.type === 'build.started') {
				started = event;
				expect(`strata ${event.strata}: reading the Dockerfile and its bases`);
			} else if (event.type === 'plan') {
				stepsLeft = event.steps.length;
				if (started) line(firstLine(started, event));
				expect(undefined);
			} else if (event.type === 'step.waiting' && event.step === undefined) {
				line(waitingText(event));
			} else if (event.type === 'step.finished') {
				if (event.result === 'done' || event.result === 'cached') stepsLeft -= 1;
			} else if (event.type === 'export' && event.output !== 'registry') {
				expect(event.state === 'started' ? exportText(event) : undefined);
			} else if (event.type === 'cache') {
				tellCache(event);
			} else if (event.type === 'build.finished') {
				expect(undefined);
			}
		},
		tick() {
			tellPacking();
			if (waitsFor === undefined || now() - since < 1000) return;
			line(waitsFor);
			expect(undefined);
		},
	};
}

/** `strata 0.1.0: building redis from Dockerfile, 3 steps, linux/amd64` */
function firstLine({strata, names, platforms}: EventOf<'build.started'>, {file, steps}: EventOf<'plan'>): string {
	const name = shortName(names);
	const what = name === undefined ? file : `${name} from ${file}`;
	return `strata ${strata}: building ${what}, ${plural(steps.length, 'step')}, ${platforms.join(', ')}`;
}

import {formatTime} from '../time.ts';
import {retryText} from './facts.ts';
import type {EventOf, ReportOptions} from './reporter.ts';
import {type Shipment, shipment} from './shipment.ts';

/** What plain mode says of images on their way, one at a time: each is a block like that of a step. */
export interface ShipmentLines {
	begin(name: string): void;
	transfer(event: EventOf<'transfer'>): void;
	/** A fact, while it goes. */
	say(text: string): void;
	end(ms: number): void;
}

/** `verb` is what stands in brackets: `push`. Bytes are told every ten seconds. */
export function shipmentLines(verb: string, line: (text: string) => void, now: ReportOptions['now']): ShipmentLines {
	let current: Shipment | undefined;
	let told = 0;
	const put = (text: string) => line(`[${verb}] ${text}`);
	const say = (text: string) => put(`| ${text}`);
	return {
		begin(name) {
			current = shipment();
			told = now();
			put(name);
		},
		transfer(event) {
			if (!current) return;
			current.add(event);
			if (event.state === 'retry') say(retryText(event));
			if (now() - told < 10_000) return;
			told = now();
			say(current.text(event.t));
		},
		say,
		end(ms) {
			if (current) say(current.detail);
			put(`DONE ${formatTime(ms)}`);
			current = undefined;
		},
	};
}

import type {BuildEvent} from '../../index.ts';
import {plural} from '../names.ts';
import {formatProgress} from '../size.ts';

/** The layers of finished steps that are still being packed. */
export interface Packing {
	event(event: BuildEvent): void;
	/** How many there are. */
	readonly layers: number;
	/** `packing 2 layers, 61 of 140 MB`; undefined if there are none. Bytes are not told of what takes no time. */
	readonly text: string | undefined;
}

/** In bytes. */
interface Amount {
	readonly current: number;
	readonly total: number;
}

export function packing(): Packing {
	const makers = new Set<string>();
	const packed = new Set<string>();
	const amounts = new Map<string, Amount>();

	return {
		event(event) {
			if (event.type === 'plan') {
				for (const {id, kind} of event.steps) if (kind === 'run' || kind === 'copy') makers.add(id);
			} else if (event.type === 'step.finished') {
				const isDue = event.result === 'done' && makers.has(event.step) && !packed.has(event.step);
				if (isDue) amounts.set(event.step, {current: 0, total: 0});
			} else if (event.type === 'packing') {
				if (amounts.has(event.step)) amounts.set(event.step, event);
			} else if (event.type === 'layer') {
				packed.add(event.step);
				amounts.delete(event.step);
			}
		},
		get layers() {
			return amounts.size;
		},
		get text() {
			if (amounts.size === 0) return undefined;
			const sum = (part: keyof Amount) => [...amounts.values()].reduce((all, amount) => all + amount[part], 0);
			const total = sum('total');
			const bytes = total > 0 ? `, ${formatProgress(sum('current'), total)}` : '';
			return `packing ${plural(amounts.size, 'layer')}${bytes}`;
		},
	};
}

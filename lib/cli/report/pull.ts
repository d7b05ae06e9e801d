import {formatProgress, formatSize} from '../size.ts';
import type {EventOf} from './reporter.ts';

type Transfer = EventOf<'transfer'>;

/** The layers that one step fetches, or that a push sends. */
export interface Pull {
	add(transfer: Transfer): void;
	readonly layers: readonly Transfer[];
	/** `58 of 76 MB, 11 MB/s`; empty before the first byte. */
	text(t: number): string;
}

export function pull(): Pull {
	const layers = new Map<string, Transfer>();
	let start: number | undefined;
	return {
		add(transfer) {
			if (transfer.kind !== 'layer') return;
			start ??= transfer.t;
			layers.set(transfer.digest, transfer);
		},
		get layers() {
			return [...layers.values()];
		},
		text(t) {
			const moving = [...layers.values()].filter(({state}) => state !== 'present');
			const current = moving.reduce((sum, layer) => sum + layer.current, 0);
			if (moving.length === 0 || start === undefined) return '';
			const total = moving.reduce((sum, layer) => sum + layer.total, 0);
			const speed = t - start >= 500 ? `, ${formatSize((current / (t - start)) * 1000)}/s` : '';
			return `${formatProgress(current, total)}${speed}`;
		},
	};
}

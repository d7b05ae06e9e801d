import {formatSize} from '../size.ts';
import {type Pull, pull} from './pull.ts';
import type {EventOf} from './reporter.ts';

/** An image on its way to or from a registry. */
export interface Shipment extends Pull {
	/** What the row of a shipment that has come says: `12 MB, 4 of 6 there already`. */
	readonly detail: string;
}

export function shipment(): Shipment {
	const moving = pull();
	const blobs = new Map<string, EventOf<'transfer'>>();
	return {
		add(transfer) {
			moving.add(transfer);
			if (transfer.kind !== 'manifest') blobs.set(transfer.digest, transfer);
		},
		get layers() {
			return moving.layers;
		},
		text: t => moving.text(t),
		get detail() {
			const all = [...blobs.values()];
			const size = formatSize(all.reduce((sum, {total}) => sum + total, 0));
			const present = all.filter(({state}) => state === 'present').length;
			if (present === 0) return size;
			return `${size}, ${present === all.length ? 'all' : `${present} of ${all.length}`} there already`;
		},
	};
}

import type {ArrivingLayer} from '../oci/image.ts';
import type {Stage} from '../plan/plan.ts';
import type {Worker} from '../worker/worker.ts';
import type {Builder} from './builder.ts';
import {mayBeCached} from './may-be-cached.ts';

/** What is done ahead of its turn. What goes wrong with it is told when its turn comes. */
export interface EarlyStart {
	/** Unpacks the layers of a stage's base while they and those above them are still fetched. Called with one layer more, or several, each time. */
	unpack(stage: Stage, layers: readonly ArrivingLayer[]): void;
}

/** Starts the worker at once, while bases are fetched, if a RUN is sure to need it. */
export function startEarly(stages: readonly Stage[], builder: Builder): EarlyStart {
	const sure = new Set(stages.filter(stage => isSureToRun(stage, builder)));
	const worker = sure.size > 0 ? builder.worker() : undefined;
	worker?.catch(() => {});
	const unpacking = new Map<Stage, (layers: readonly ArrivingLayer[]) => void>();
	return {
		unpack(stage, layers) {
			if (!worker || !sure.has(stage)) return;
			const unpack = unpacking.get(stage) ?? unpacker(worker);
			unpacking.set(stage, unpack);
			unpack(layers);
		},
	};
}

function isSureToRun(stage: Stage, builder: Builder): boolean {
	return stage.steps.some(step => step.kind === 'run' && !mayBeCached(step, stage, builder));
}

/** One call at a time: what came meanwhile is unpacked by the next. */
function unpacker(worker: Promise<Worker>): (layers: readonly ArrivingLayer[]) => void {
	let latest: readonly ArrivingLayer[] = [];
	let isBusy = false;
	const unpackAll = async () => {
		const {prepare} = await worker;
		for (let done = 0; done < latest.length; ) {
			const layers = latest;
			await prepare(layers);
			done = layers.length;
		}
	};
	return layers => {
		latest = layers;
		if (isBusy) return;
		isBusy = true;
		unpackAll()
			.catch(() => {})
			.finally(() => {
				isBusy = false;
			});
	};
}

import {randomBytes} from 'node:crypto';
import {constants} from 'node:os';
import {basename} from 'node:path';
import {hexOf} from '../oci/digest.ts';
import {checkHosts} from '../runtime/hosts.ts';
import type {RunJob} from '../runtime/job.ts';
import type {ContainerRecord} from '../store/containers.ts';
import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import type {Store} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import {startWorker} from '../worker/start.ts';
import {untilAborted} from '../worker/until-aborted.ts';
import {type Control, containerControl} from './control.ts';
import {reworded} from './errors.ts';
import {type StartImage, startImage} from './image.ts';
import {containerArgv, containerConfig, containerJob, volumePaths} from './job.ts';
import {serveContainer} from './live.ts';
import type {RunNews, RunningContainer, RunOptions, RunResult} from './options.ts';
import {type Registered, register} from './register.ts';

/**
 * Starts a program from an image, with our stdin, stdout and stderr, or our terminal. It begins at once and ends with this thread,
 * however that comes. Rejects with a StrataError if the program could not be started; how it ends is a result.
 */
export function runContainer(options: RunOptions): RunningContainer {
	const id = randomBytes(6).toString('hex');
	const control = containerControl(options.signal);
	const result = perform(id, options, control)
		.catch(error => Promise.reject(reworded(error)))
		.finally(control.end);
	return {
		id,
		kill: signal => control.kill(constants.signals[signal]),
		stop: control.stop,
		// biome-ignore lint/suspicious/noThenProperty: a container is what one awaits
		then: (onResult, onError) => result.then(onResult, onError),
	};
}

async function perform(id: string, options: RunOptions, control: Control): Promise<RunResult> {
	const {root = defaultRoot(), onNews = () => {}} = options;
	await using store = await openStore(root, {signal: control.signal});
	const hosts = checkHosts(options.hosts ?? {});
	const image = await startImage(options.image, store, {
		pull: options.pull ?? false,
		...(options.platform === undefined ? {} : {platform: options.platform}),
		signal: control.signal,
		onFetch: () => onNews({type: 'pulling', image: options.image}),
	});
	const record = recordOf(id, image, options);
	await using registered = await register(record, store);
	const {status, layer} = await runIn({record, image, options, hosts, store, registered}, control, onNews);
	const exitCode = typeof status === 'number' ? status : 128 + constants.signals[status];
	if (!layer) return {id, name: record.name, exitCode};
	registered.keep({at: new Date().toISOString(), exitCode, layer});
	return {id, name: record.name, exitCode, changes: changesIn(layer, store)};
}

function recordOf(id: string, {manifest, config: image}: StartImage, options: RunOptions): ContainerRecord {
	const config = containerConfig(image.config ?? {}, options);
	return {
		id,
		name: options.name ?? id,
		image: {name: options.image, manifest},
		argv: containerArgv(config, options.image),
		config,
		created: new Date().toISOString(),
	};
}

interface Starting {
	readonly record: ContainerRecord;
	readonly image: StartImage;
	readonly options: RunOptions;
	readonly hosts: RunJob['hosts'];
	readonly store: Store;
	readonly registered: Registered;
}

/** The layer is packed when this resolves. */
async function runIn(
	{record, image, options, hosts, store, registered}: Starting,
	control: Control,
	onNews: (news: RunNews) => void,
) {
	const {root = defaultRoot(), runtime, keep = true, stdin = false} = options;
	const {signal} = control;
	await using worker = await startWorker({root, runtime, attach: [0, 1, 2], signal});
	if (worker.facts.warning) onNews({type: 'warning', ...worker.facts.warning});
	const parent = await untilAborted(worker.prepare(image.layers), signal);
	const packing = {layers: worker.facts.ids === 1 ? image.layers : [], omit: volumePaths(record.config)};
	const socket = store.temporary();
	await using _ = await serveContainer(socket, {
		layer: async () => (await worker.peek(record.id, packing)).layer,
		stop: () => control.isOver || control.stop(),
		discard: control.discard,
	});
	registered.answer(basename(socket));
	const {status, layer} = await worker.run(containerJob(record, hosts, options), parent, {
		...packing,
		...(image.emulator === 'none' ? {} : {emulator: image.emulator}),
		keep: keep ? 'always' : 'never',
		output: {stdin},
		onStart: send => control.start(send, record.config.StopSignal),
		onPacking: () => onNews({type: 'packing'}),
		signal,
	});
	control.over();
	if (control.isDiscarded) return {status};
	return {status, layer: layer && (await untilAborted(layer, signal)).layer};
}

function changesIn({diffID}: NonNullable<ContainerRecord['end']>['layer'], store: Store): number {
	return store.records<Toc>('tocs').get(hexOf(diffID))?.length ?? 0;
}

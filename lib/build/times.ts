import type {FileTimes} from '../layer/file-times.ts';
import type {Builder} from './builder.ts';
import type {KeyFields} from './key.ts';

/** Where the times of a build come from. */
type Timing = Pick<Builder, 'epoch'> & {readonly request: Pick<Builder['request'], 'fileTimes'>};

/** Now, or SOURCE_DATE_EPOCH, as ISO 8601. */
export function timestamp({epoch}: Pick<Builder, 'epoch'>): string {
	return new Date(epoch === undefined ? Date.now() : epoch * 1000).toISOString();
}

/** What becomes of the times of files in new layers; without an epoch nothing does. */
export function layerTimes({epoch, request: {fileTimes}}: Timing): {readonly times?: FileTimes} {
	if (epoch === undefined || fileTimes === 'keep') return {};
	return {times: fileTimes === 'set' ? {all: epoch} : {latest: epoch}};
}

/** The part that times have in the key of a step that makes a layer. */
export function timeFields({epoch, request: {fileTimes}}: Timing): KeyFields {
	return epoch === undefined || fileTimes === 'clamp' ? {epoch} : {epoch, fileTimes};
}

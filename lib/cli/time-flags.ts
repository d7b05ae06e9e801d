import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';
import type {Arguments} from './command.ts';

/** `--source-date-epoch`, `--timestamp` and `--rewrite-timestamp`, as with buildah (SURFACE CLI-21). */
export function timeOptions(args: Arguments): Pick<BuildOptions, 'sourceDateEpoch' | 'fileTimes'> {
	const [epoch, timestamp, rewrite] = ['source-date-epoch', 'timestamp', 'rewrite-timestamp'].map(name =>
		args.text(name),
	);
	if (timestamp !== undefined) {
		if (epoch !== undefined) throw together('--source-date-epoch');
		if (rewrite === 'false') throw together('--rewrite-timestamp=false');
		return {sourceDateEpoch: seconds('--timestamp', timestamp), fileTimes: 'set'};
	}
	return {
		...(epoch === undefined ? {} : {sourceDateEpoch: seconds('--source-date-epoch', epoch)}),
		...(rewrite === undefined ? {} : {fileTimes: rewrite === 'false' ? 'keep' : 'clamp'}),
	};
}

function seconds(flag: string, text: string): number {
	if (/^\d{1,12}$/.test(text)) return Number(text);
	throw new UsageError('FLAG_VALUE', `${flag} cannot be ${text}`, {
		help: [`seconds since 1970, as in: ${flag} $(git log -1 --format=%ct)`],
	});
}

function together(other: string): UsageError {
	return new UsageError('FLAG_VALUE', `--timestamp sets the time of all files: not together with ${other}`, {
		help: ['to set only times that are later: --source-date-epoch SECONDS'],
	});
}

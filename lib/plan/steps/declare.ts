import type {ExposeInstruction, StopsignalInstruction, VolumeInstruction} from '../../dockerfile/instruction.ts';
import {suggest} from '../../dockerfile/suggest.ts';
import {DockerfileError} from '../../errors.ts';
import {located} from '../expand.ts';
import {plainList} from '../go.ts';
import {parsePorts} from '../ports.ts';
import {isSignal, signalNames} from '../signals.ts';
import {configStep, expanderOf, type Planned, type Turn} from './draft.ts';

/** EXPOSE: words are sorted, then expanded, and what they become is split again (SURFACE EXP-1). */
export function planExpose(turn: Turn<ExposeInstruction>): Planned {
	const {words} = expanderOf(turn);
	const sorted = [...turn.instruction.ports].sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)));
	const ports = sorted.flatMap(({text, location}) =>
		words(text, location).flatMap(word => located('EXPOSE', location, () => parsePorts(word))),
	);
	return {step: configStep(turn, {set: 'ports', ports}, `EXPOSE ${plainList(ports)}`), scope: turn.scope};
}

export function planVolume(turn: Turn<VolumeInstruction>): Planned {
	const expand = expanderOf(turn);
	const paths = turn.instruction.paths.map(({text, location}) => {
		const path = expand(text, location);
		if (path !== '') return path;
		throw new DockerfileError('BAD_VOLUME', `VOLUME: ${text} is empty`, {location, help: ['as in: VOLUME /data']});
	});
	return {step: configStep(turn, {set: 'volumes', paths}, `VOLUME ${plainList(paths)}`), scope: turn.scope};
}

export function planStopsignal(turn: Turn<StopsignalInstruction>): Planned {
	const {text, location} = turn.instruction.signal;
	const signal = expanderOf(turn)(text, location);
	if (!isSignal(signal)) {
		const [nearest] = suggest(signal, signalNames);
		throw new DockerfileError('BAD_SIGNAL', `STOPSIGNAL: ${signal || 'nothing'} is no signal`, {
			location,
			help: [nearest ? `did you mean ${nearest}?` : 'as in: STOPSIGNAL SIGTERM'],
		});
	}
	return {step: configStep(turn, {set: 'stop-signal', signal}, `STOPSIGNAL ${signal}`), scope: turn.scope};
}

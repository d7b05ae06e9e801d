import {join} from 'node:path';
import {contextTime} from './context-time.mjs';

/** A record of conformance/cases.json as steps like those of the other suites. */
export function differentialSteps(one) {
	const build = {
		op: 'build',
		id: 'b1',
		context: 'd1',
		dockerfile_dir: 'd1',
		filename: one.dockerfile ?? 'Dockerfile',
		build_args: one.build_args,
		...(one.target ? {target: one.target} : {}),
		...(one.flags.transientMounts ? {unsupported: 'build --volume'} : {}),
	};
	return [
		{op: 'context', id: 'd1', entries: []},
		...contextSteps(one),
		...(one.generated_at_test_time ?? []).map(step => ({...step, op: `generate-${step.op}`, id: 'd1'})),
		{op: 'times', id: 'd1', mtime: contextTime},
		build,
		expected(one),
	];
}

/** A record of kaniko/cases.json. Its build args are `NAME=VALUE`, or a name and where the value comes from. */
export function kanikoSteps(one) {
	const whole = one.context_dir.startsWith('.');
	const file = whole ? one.dockerfile_path : 'Dockerfile';
	const from = whole ? 'kaniko' : join('kaniko', one.context_dir);
	const build = {
		op: 'build',
		id: 'b1',
		context: 'd1',
		dockerfile_dir: 'd1',
		filename: file,
		build_args: Object.fromEntries(one.build_args.map(buildArg)),
		...(one.extra_check?.note === 'built with --reproducible' ? {env: {SOURCE_DATE_EPOCH: '0'}} : {}),
	};
	return [
		{op: 'copy', id: 'd1', from},
		build,
		expected(one),
		...(one.extra_check ? [{op: 'expect', check: {...one.extra_check, build: 'b1'}}] : []),
	];
}

function contextSteps({context_dir, dockerfile, dockerfile_path, dockerfile_inline}) {
	const path = dockerfile ?? 'Dockerfile';
	return [
		...(context_dir ? [{op: 'copy', id: 'd1', from: join('conformance', context_dir)}] : []),
		...(dockerfile_path && !context_dir
			? [{op: 'copy', id: 'd1', from: join('conformance', dockerfile_path), to: path}]
			: []),
		...(dockerfile_inline ? [{op: 'generate-write', id: 'd1', path, data: dockerfile_inline, mode: '0644'}] : []),
	];
}

function expected({expect, fail_at_line: line}) {
	return {op: 'expect', check: {type: 'as-builders', build: 'b1', fails: expect !== 'success', line}};
}

function buildArg(text) {
	const [, name, value] = /^(\w+)(?:=| \(value )([^ ]*)/.exec(text);
	return [name, value];
}

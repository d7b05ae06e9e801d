import test from 'ava';
import {compareConfigs} from '../../lib/image/compare.ts';
import type {ContainerConfig, ImageConfig} from '../../lib/oci/image.ts';

function image(config: ContainerConfig, more: Partial<ImageConfig> = {}): ImageConfig {
	return {architecture: 'amd64', os: 'linux', config, rootfs: {type: 'layers', diff_ids: []}, ...more};
}

test('configs differ field by field, and what has names by name', t => {
	const before = image({Env: ['A=1', 'B=2'], Labels: {a: 'b'}, Cmd: ['x'], ExposedPorts: {'80/tcp': {}}});
	const after = image({Env: ['B=3', 'C='], Labels: {a: 'b'}, Cmd: ['x', 'y'], User: 'app'}, {author: 'me'});

	t.deepEqual(compareConfigs(before, after), [
		{field: 'Cmd', before: ['x'], after: ['x', 'y']},
		{field: 'Env.A', before: '1'},
		{field: 'Env.B', before: '2', after: '3'},
		{field: 'Env.C', after: ''},
		{field: 'ExposedPorts.80/tcp', before: {}},
		{field: 'User', after: 'app'},
		{field: 'author', after: 'me'},
	]);
});

test('when and how an image was made is no difference, nor are empty fields', t => {
	const before = image({User: '', Cmd: null}, {created: '2026-01-02T03:04:05Z'});
	const after = image({}, {created: '2026-01-03T03:04:05Z', history: [{created_by: 'x'}]});

	t.deepEqual(compareConfigs(before, after), []);
});

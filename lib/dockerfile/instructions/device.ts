import {DockerfileError} from '../../errors.ts';
import type {Flag} from '../flags.ts';
import type {Device} from '../instruction.ts';
import {csvFields} from './csv.ts';

const cdiName = /^[a-zA-Z][\w.-]*\/[a-zA-Z][\w-]*(?:=.+)?$/;

/** `--device=vendor/class=name[,required]` (SURFACE RUN-11). */
export function readDevice({value = '', location}: Flag): Device {
	const fail = (reason: string) =>
		new DockerfileError('BAD_DEVICE', `RUN: --device: ${reason}`, {
			location,
			help: ['as in: --device=vendor.com/class=name,required'],
		});
	let device: Device = {name: '', required: false, location};
	for (const field of csvFields(value) ?? []) {
		const [, key = '', text] = /^([^=]*)(?:=(.*))?$/s.exec(field) ?? [];
		if (key.toLowerCase() === 'required' && /^(?:true|false|1|0)?$/i.test(text ?? '')) {
			device = {...device, required: !/^(?:false|0)$/i.test(text ?? '')};
		} else {
			const name = key.toLowerCase() === 'name' ? (text ?? '') : field;
			if (!cdiName.test(name)) throw fail(`${field} is no device`);
			if (device.name) throw fail(`it is ${device.name} already, and cannot be ${name} too`);
			device = {...device, name};
		}
	}
	if (!device.name) throw fail('a name is missing');
	return device;
}

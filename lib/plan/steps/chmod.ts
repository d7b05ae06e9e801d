import {DockerfileError, type Location} from '../../errors.ts';

const clause = '[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+';
const symbolic = new RegExp(`^${clause}(?:,${clause})*$`);

/** Throws if `--chmod` is neither octal up to 07777 nor symbolic as chmod(1) has it (SURFACE CPY-8). */
export function checkChmod(mode: string, name: string, location: Location): void {
	if (symbolic.test(mode) || (/^[0-7]+$/.test(mode) && Number.parseInt(mode, 8) <= 0o7777)) return;
	throw new DockerfileError('BAD_CHMOD', `${name}: --chmod=${mode} is no mode`, {
		location,
		help: ['as in: --chmod=644, --chmod=u=rwX,go=rX'],
	});
}

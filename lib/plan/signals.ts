/** Signals of Linux by name, without SIG (https://man7.org/linux/man-pages/man7/signal.7.html). */
const names =
	'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX';

/** All that STOPSIGNAL takes besides numbers. */
export const signalNames: readonly string[] = names.split(' ').map(name => `SIG${name}`);

/** Whether STOPSIGNAL may name it (SURFACE STP-1): a number above 0, a name with or without SIG, `RTMIN+3`. */
export function isSignal(text: string): boolean {
	if (/^[1-9]\d*$/.test(text)) return true;
	const name = text.toUpperCase().replace(/^SIG/, '');
	if (/^RTMIN\+(?:[1-9]|1[0-5])$/.test(name) || /^RTMAX-(?:[1-9]|1[0-4])$/.test(name)) return true;
	return signalNames.includes(`SIG${name}`);
}

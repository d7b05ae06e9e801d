import type {LogChunk} from '../index.ts';
import {type LineCutter, lineCutter} from './report/lines.ts';
import {sanitizeLine} from './sanitize.ts';
import type {Shell} from './shell.ts';

export interface LogPrinter {
	print(chunk: LogChunk): void;
	/** Ends lines that were left open. */
	end(): void;
}

interface OpenLog {
	readonly cutter: LineCutter;
	readonly say: (line: string) => void;
	/** When the line that is open began. */
	t: number;
}

/**
 * Prints logs again: of one step the bare lines, of several each behind its label. What goes to a terminal is
 * cleaned; what goes to a file is what was printed, byte for byte if it is of one step.
 */
export function logPrinter(
	{stdout, out}: Pick<Shell, 'stdout' | 'out'>,
	{oneStep, timestamps}: {readonly oneStep: boolean; readonly timestamps: boolean},
): LogPrinter {
	const open = new Map<string, OpenLog>();
	const shown = (line: string) => (stdout.isTTY ? sanitizeLine(line, {colors: out.color}) : line);

	const openLog = ({step, t}: LogChunk): OpenLog => {
		if (!oneStep) stdout.write(`[${step.label}] ${step.text}\n`);
		const log: OpenLog = {
			cutter: lineCutter(),
			t,
			say(line) {
				const time = timestamps ? `+${(log.t / 1000).toFixed(3)}s ` : '';
				stdout.write(`${oneStep ? '' : `[${step.label}] | `}${time}${shown(line)}\n`);
			},
		};
		return log;
	};

	return {
		print(chunk) {
			if (oneStep && !timestamps && !stdout.isTTY) {
				stdout.write(chunk.data);
				return;
			}
			const log = open.get(chunk.step.id) ?? openLog(chunk);
			open.set(chunk.step.id, log);
			if (log.cutter.open === '') log.t = chunk.t;
			for (const line of log.cutter.push(chunk.data)) {
				log.say(line);
				log.t = chunk.t;
			}
		},
		end() {
			for (const {cutter, say} of open.values()) for (const line of cutter.flush()) say(line);
		},
	};
}

import {setFlagsFromString} from 'node:v8';
import {closeOnExec} from '../linux/close-on-exec.ts';
import {mount} from '../linux/mount.ts';
import {hideCgroups} from './cgroups.ts';
import {workerHandlers} from './handlers.ts';
import {serve} from './serve.ts';
import {protectSys} from './system-folder.ts';

// The first process of the namespaces that `openNamespace` makes: what it mounts, only its children see.
// Whatever we were started with, no program that we start gets a descriptor of it (CVE-2024-21626).
closeOnExec(3);
process.umask(0o022);
mount('/proc', {type: 'proc'});
protectSys();
hideCgroups();
// V8 is to optimize only what runs six times as long as by itself: most workers end so soon that a tenth of their time went into that.
// It is an option that V8 may not know one day: then nothing changes.
setFlagsFromString('--interrupt-budget=400000');
serve(workerHandlers());

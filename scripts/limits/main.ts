// Owns: `npm run limits`: one page of all bounds of the product, room by room, each with its value and its reason.
import { limitsPage } from './page.ts';
import { limitRooms, roomLimits } from './rooms.ts';

process.stdout.write(limitsPage(await Promise.all(limitRooms().map(roomLimits))));

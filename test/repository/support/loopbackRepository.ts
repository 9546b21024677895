// Owns: an Image repository on loopback HTTP, as a web server would offer its files: metadata under /metadata/, images under /images/.
import type { ImageRepository } from '../../../src/repository/images/imageRepository.ts';
import { httpServer, type Loopback } from '../../client/support/servers.ts';

/** `now`: seconds since 1970. */
export function serveRepository(images: ImageRepository, now: () => number): Promise<Loopback> {
  const file = (path: string): Uint8Array | undefined => {
    if (path.startsWith('/metadata/')) return images.file(path.slice('/metadata/'.length), now());
    if (path.startsWith('/images/')) return images.image(decodeURIComponent(path.slice('/images/'.length)), 0, 2 ** 30);
    return undefined;
  };
  return httpServer((request, response) => {
    const bytes = file(request.url ?? '');
    response.writeHead(bytes === undefined ? 404 : 200);
    response.end(bytes);
  });
}

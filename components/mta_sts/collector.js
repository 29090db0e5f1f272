// Puts TLS reports, which senders POST (RFC 8460 section 5.4), into env.REPORTS, an R2 bucket: as
// they come, never unpacked and never read. Nothing that a sender says goes into the key.
// SETTINGS stands before this text: host and path, and the most that a report may have of bytes,
// and of seconds to come in.
const TYPES = ["application/tlsrpt+gzip", "application/tlsrpt+json"];

class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// All of a body. The length that it is said to have can only get it refused.
async function bodyOf(request) {
  const tooLarge = new Refused(413, `More than ${SETTINGS.bytes} bytes\n`);
  if (Number(request.headers.get("content-length")) > SETTINGS.bytes) {
    throw tooLarge;
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > SETTINGS.bytes) {
      throw tooLarge;
    }
    chunks.push(chunk);
  }
  if (size === 0) {
    throw new Refused(400, "No report\n");
  }
  return new Blob(chunks);
}

async function tooLate() {
  await scheduler.wait(SETTINGS.seconds * 1000);
  throw new Refused(408, `Not all there after ${SETTINGS.seconds} seconds\n`);
}

async function store(request, bucket) {
  const given = request.headers.get("content-type") ?? "";
  const contentType = given.split(";")[0].trim().toLowerCase();
  if (!TYPES.includes(contentType)) {
    throw new Refused(415, `Not ${TYPES.join(" or ")}\n`);
  }
  const report = await Promise.race([bodyOf(request), tooLate()]);
  const day = new Date().toISOString().slice(0, 10);
  await bucket.put(`${day}/${crypto.randomUUID()}`, report, { httpMetadata: { contentType } });
}

function answer(status, text, more) {
  const headers = { "content-type": "text/plain", "cache-control": "no-store", ...more };
  return new Response(text, { status, headers });
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.hostname.replace(/\.$/, "") !== SETTINGS.host || url.pathname !== SETTINGS.path) {
      return answer(404, "Not found\n");
    }
    if (request.method !== "POST") {
      return answer(405, "Method not allowed\n", { allow: "POST" });
    }
    try {
      await store(request, env.REPORTS);
    } catch (error) {
      if (error instanceof Refused) {
        return answer(error.status, error.message);
      }
      throw error;
    }
    return answer(200, "Stored\n");
  },
};

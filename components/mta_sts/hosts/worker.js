// Serves the policies of many domains (RFC 8461 section 3.3): never a redirect, nothing cached.
// HELD stands before this text: the policies by host name, or null where env.POLICIES, an R2
// bucket, holds them by host name and path.
const PATH = "/.well-known/mta-sts.txt";
const HEADERS = { "content-type": "text/plain", "cache-control": "no-store, no-transform" };

async function policyOf(host, env) {
  if (HELD) {
    return Object.hasOwn(HELD, host) ? HELD[host] : null;
  }
  const object = await env.POLICIES.get(host + PATH);
  return object && object.text();
}

function answer(status, text, more) {
  return new Response(text, { status, headers: { ...HEADERS, ...more } });
}

export default {
  async fetch(request, env) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answer(405, "Method not allowed\n", { allow: "GET, HEAD" });
    }
    const url = new URL(request.url);
    const host = url.hostname.replace(/\.$/, "");
    const policy = url.pathname === PATH ? await policyOf(host, env) : null;
    return policy === null ? answer(404, "Not found\n") : answer(200, policy);
  },
};

// `pulumi package add ../../components` writes the package that this imports into sdks/.
import * as pulumi from "@pulumi/pulumi";
import { CloudFrontHost, MtaSts } from "@pulumi/mta-sts";

const zones = new pulumi.Config().requireObject<Record<string, string>>("zones");
const domains = Object.entries(zones).map(([domain, id]) => ({ domain, zone: { route53: id } }));

const policies = new CloudFrontHost("policies", { domains });

export const ids: Record<string, pulumi.Output<string>> = {};
for (const { domain, zone } of domains) {
    const made = new MtaSts(domain, {
        domain,
        zone,
        mode: "testing",
        mx: [`mail.${domain}`, `backupmx.${domain}`],
        maxAge: 604800,
        reports: ["mailto:tls-reports@reports.example"],
        host: { cloudfront: { target: policies.target, bucket: policies.bucket } },
    });
    ids[domain] = made.policyId;
}

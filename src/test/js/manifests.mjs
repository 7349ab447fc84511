// Reads YAML files and prints all their documents as one JSON array. Those of Kubernetes are held
// against the schemas of its API; what they complain of is printed instead, with status 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const documents = process.argv.slice(2).flatMap((file) =>
  parseAllDocuments(readFileSync(file, "utf8"), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  }),
);

const complaints = [];
for (const document of documents.filter((d) => d.kind)) {
  const group = document.apiVersion.includes("/") ? document.apiVersion : `v1`;
  const { [document.kind]: Model } = require(`kubernetes-models/${group}/${document.kind}`);
  try {
    new Model(document).validate();
  } catch (error) {
    complaints.push(`${document.kind} ${document.metadata?.name}: ${error.message}`);
  }
}
if (complaints.length > 0) {
  console.error(complaints.join("\n"));
  process.exit(1);
}
console.log(JSON.stringify(documents));

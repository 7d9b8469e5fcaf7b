// Sluice inside a program: no server, no port. Usage: node main.js FOLDER QUERY
import { fieldsFromJson, openEngine, parseFilter } from "sluice";

const [folder = "sluice-data", text = "which sea does the Volga reach"] = process.argv.slice(2);

const engine = await openEngine(folder, { onWarning: console.error });
try {
  await engine.collections.create({ name: "rivers", ifNotExists: true });
  await engine.ingest(
    "rivers",
    [
      {
        key: "rhine",
        text: "The Rhine flows into the North Sea.",
        fields: fieldsFromJson({ km: 1230 }),
      },
      {
        key: "volga",
        text: "The Volga flows into the Caspian Sea.",
        fields: fieldsFromJson({ km: 3530 }),
      },
    ],
    { onError: ({ key, message }) => console.error(`${key}: ${message}`) },
  );
  const filter = parseFilter("km > 1000");
  for await (const { stage, final, hits } of engine.search({ collection: "rivers", text, filter }))
    console.log(stage, final ? "final" : "", hits.map(({ key }) => key).join(" "));
} finally {
  await engine.close();
}

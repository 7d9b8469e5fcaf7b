import assert from "node:assert/strict";
import { join } from "node:path";

import { repositoryRoot } from "../../../src/core/paths.js";
import { hideFolder, publicMessage } from "../../../src/core/public-message.js";

describe("publicMessage", () => {
  it("tells paths from the folders of the server on", () => {
    hideFolder("/srv/hidden");
    hideFolder("/srv/hidden/models");
    const cases: [message: string, told: string][] = [
      ["cannot read /srv/hidden/collections/a", "cannot read collections/a"],
      ["load /srv/hidden/models/m/model.onnx: failed", "load m/model.onnx: failed"],
      ["/srv/hidden is held", ". is held"],
      [`cannot open ${join(repositoryRoot(), "docs", "x")}`, "cannot open docs/x"],
      ['document "/srv/others/key" is damaged', 'document "/srv/others/key" is damaged'],
    ];
    for (const [message, told] of cases) assert.equal(publicMessage(message), told);
  });

  it("hides no root and no relative folder", () => {
    hideFolder("/");
    hideFolder("data");
    assert.equal(publicMessage("data / data/x"), "data / data/x");
  });
});

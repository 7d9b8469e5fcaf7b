// Takes over the page that the server has rendered, with the same properties.

import { hydrateRoot } from "react-dom/client";
import { SearchPage } from "./page.jsx";

const root = document.getElementById("root");
const properties = JSON.parse(document.getElementById("properties").textContent);
hydrateRoot(root, <SearchPage {...properties} />);

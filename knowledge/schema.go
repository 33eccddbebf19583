package knowledge

import _ "embed"

// Schema is the JSON Schema of a failure mode's YAML file, for editors.
//
//go:embed failuremodes/schema.json
var Schema []byte

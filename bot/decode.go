package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// errMalformed does not say what is there instead of JSON: that can be anything.
var errMalformed = errors.New("it is no JSON")

// Decode reads a JSON object of a service leniently: a value of another type than
// the field's leaves the field as it is, for one value that is not known must not
// make the rest unreadable. Its errors hold nothing of data.
func Decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '{' {
			return nil
		}
		return errors.New("it is no object")
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%w: at byte %d", errMalformed, e.Offset)
	}
	return errMalformed
}

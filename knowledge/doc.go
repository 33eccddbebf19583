// Package knowledge recognises documented failure modes of integration
// authentication in a paste.
package knowledge

"""One fact, many mouths: what a record says, worded for a loudspeaker, a post, a line of lights, a poster."""

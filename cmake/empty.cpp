// Lets a layer without sources be a target.

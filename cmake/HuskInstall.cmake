# filled by the installation step
